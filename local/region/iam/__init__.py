"""Who may do what: the permissions of a request, and acting as a role."""
