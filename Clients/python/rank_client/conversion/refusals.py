"""Why nothing is written: the model, the options, or a package that is not installed."""


class Refused(Exception):
    """A model that cannot become a model file; says what is wrong with it."""


class Usage(Exception):
    """Options that do not fit the file."""


class Missing(Exception):
    """A package that is not installed; says what to install."""
