"""What subscriptions are made of: what is wished, what is said, and the ways on which it leaves."""
