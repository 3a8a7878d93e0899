"""Other systems that hear calls, each given the same sound, the same model and our rules."""
