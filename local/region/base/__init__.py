"""What every room uses: the contract with ministack and its hooks, settings, loops, events, the private API,
saving.
"""
