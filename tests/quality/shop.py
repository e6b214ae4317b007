"""The shop: every endpoint that there is."""

import shop_goods
import shop_house
import shop_pages
import shop_people
from endpoint import Shop

SHOP = Shop(shop_people.ENDPOINTS + shop_goods.ENDPOINTS + shop_house.ENDPOINTS
            + shop_pages.ENDPOINTS)
