"""How events look on Kafka."""
