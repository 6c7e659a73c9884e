"""CloudWatch: logs, metrics and alarms."""
