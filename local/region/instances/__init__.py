"""Records of instances: their states, addresses and images, and the form of EC2's requests."""
