"""Who may do what, and what is known about who did: accounts, sessions, permissions, audit."""
