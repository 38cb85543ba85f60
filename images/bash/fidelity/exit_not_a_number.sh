exit nonsense
