"""Step Functions: executions, the states language, tasks, history."""
