"""EventBridge Scheduler: what starts a schedule's target, when, and as whom."""
