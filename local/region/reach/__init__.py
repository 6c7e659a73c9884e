"""What security groups let through: computed from the groups of EC2, told to programs, watched."""
