from tests.bench.stock_admin import urlpatterns

__all__ = ["urlpatterns"]
