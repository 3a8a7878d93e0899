"""What the product costs and how late it is, measured on the machine it runs on."""
