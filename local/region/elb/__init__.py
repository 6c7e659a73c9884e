"""Elastic Load Balancing as the gateway serves it."""
