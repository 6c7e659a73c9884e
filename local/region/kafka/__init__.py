"""Amazon MSK: clusters of real Apache Kafka brokers, each on an address of its own."""
