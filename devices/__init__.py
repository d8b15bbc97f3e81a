"""What is sensed: each module here is one device, keys or bytes in, samples out."""
