"""Parameter Store and SQS: what they tell as events, what they refuse."""
