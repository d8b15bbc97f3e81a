"""How sensors speak: encoders and decoders from bytes to values, without any port."""
