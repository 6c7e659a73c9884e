"""What every room uses: the door to ministack, hooks, settings, loops, events, the private API, saving."""
