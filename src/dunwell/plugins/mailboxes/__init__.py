"""Where mail is fetched from. One kind so far: IMAP."""
