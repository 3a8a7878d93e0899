from tests.web.conftest import forged, house, open_house

__all__ = ["forged", "house", "open_house"]
