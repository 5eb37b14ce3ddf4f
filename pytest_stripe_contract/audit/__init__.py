"""Files looked through for `stripe-contract check`, and mended for `stripe-contract scrub`."""
