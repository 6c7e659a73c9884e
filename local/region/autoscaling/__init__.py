"""Auto Scaling groups: their API and the loop that gives them their instances."""
