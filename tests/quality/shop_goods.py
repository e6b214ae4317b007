"""Endpoints about goods: products, stock, carts, orders, payments."""

from endpoint import Endpoint


def product(dice, params):
    return {'id': int(params['product']), 'title': dice.title(), 'price': dice.price(),
            'currency': 'EUR', 'in_stock': dice.happens(0.8), 'stock': dice.randint(0, 500),
            'dimensions': {'width': dice.randint(1, 90), 'height': dice.randint(1, 90),
                           'weight_kg': round(dice.uniform(0.1, 30), 3)},
            'description': ' '.join(dice.sentence() for _ in range(4)),
            'tags': dice.sample(['new', 'sale', 'eco', 'gift', 'premium', 'outlet'], 4),
            'maker': {'name': dice.title(), 'country': dice.country()}}


def card(dice, index):
    return {'id': 1000 + index * 7, 'title': dice.title(), 'price': dice.price(),
            'rating': round(dice.uniform(1, 5), 1), 'image': f'/images/{dice.word()}.jpg'}


def products(dice, params):
    count = int(params['size'])
    return {'items': [card(dice, index) for index in range(count)],
            'page': {'size': count, 'number': 1, 'total': 840},
            'facets': {'color': dice.sample(['red', 'green', 'blue', 'white'], 3),
                       'material': dice.sample(['oak', 'steel', 'glass', 'wool'], 3)},
            'sort': params['sort']}


def search(dice, params):
    hits = [{**card(dice, index), 'snippet': dice.sentence()} for index in range(12)]
    return {'q': params['q'], 'hits': hits, 'total': dice.randint(12, 4000),
            'suggestions': [dice.word() for _ in range(4)], 'is_fuzzy': dice.happens(0.3)}


def suggest(dice, params):
    return [params['q'] + dice.word() for _ in range(8)]


def reviews(dice, params):
    return {'product': int(params['product']), 'average': round(dice.uniform(2, 5), 2),
            'reviews': [{'id': 70 + index * 11, 'author': dice.person(),
                         'stars': dice.randint(1, 5),
                         'text': ' '.join(dice.sentence() for _ in range(3)),
                         'helpful': dice.randint(0, 90), 'verified': dice.happens(0.6)}
                        for index in range(14)]}


def related(dice, params):
    return {'product': int(params['product']),
            'related': [card(dice, index) for index in range(10)], 'model': 'co-buy',
            'weights': [round(dice.uniform(0, 1), 3) for _ in range(10)]}


def stock(dice, params):
    return {'sku': params['sku'], 'warehouses': {
        name: {'count': dice.randint(0, 900), 'reserved': dice.randint(0, 40),
               'open': dice.happens(0.9)} for name in ('north', 'south', 'harbor', 'airport')},
        'threshold': dice.randint(5, 50), 'backorder': dice.happens(0.3)}


def price_history(dice, params):
    return {'product': int(params['product']), 'points': [
        {'day': f'2024-{1 + index // 28:02}-{1 + index % 28:02}', 'price': dice.price()}
        for index in range(150)], 'currency': 'EUR'}


def cart(dice, params):
    items = [{'sku': dice.letters(8).upper(), 'title': dice.title(), 'quantity': dice.randint(1, 5),
              'price': dice.price(), 'gift': dice.happens(0.2)} for _ in range(5)]
    return {'id': params['cart'], 'items': items, 'currency': 'EUR', 'coupon': None,
            'totals': {'net': dice.price(), 'tax': dice.price(), 'gross': dice.price(),
                       'shipping': 4.9}, 'address': {'city': dice.city(), 'zip': '28195'}}


def add_to_cart(dice, params):
    return {'cart': params['cart'], 'added': {'sku': dice.letters(8), 'quantity': 1},
            'count': dice.randint(1, 9), 'total': dice.price(), 'hints': [dice.sentence()]}


def order(dice, params):
    lines = [{'id': index + 1, 'sku': dice.letters(8).upper(), 'quantity': dice.randint(1, 4),
              'unit_price': dice.price(), 'title': dice.title()} for index in range(6)]
    return {'order': params['order'], 'state': dice.choice(['paid', 'packed', 'sent', 'open']),
            'lines': lines, 'placed_at': dice.moment(), 'paid': dice.happens(0.8),
            'total': dice.price(), 'customer': {'name': dice.person(), 'city': dice.city()},
            'notes': dice.sentence() + ' Grüße, Åse'}


def orders(dice, params):
    return {'orders': [{'number': 40000 + index * 13, 'state': dice.choice(
        ['paid', 'packed', 'sent', 'open']), 'total': dice.price(), 'items': dice.randint(1, 9),
        'placed_at': dice.moment()} for index in range(25)], 'filter': params['state'],
        'has_more': dice.happens(0.5)}


def place_order(dice, _):
    return {'order': dice.randint(40000, 50000), 'state': 'open', 'total': dice.price(),
            'payment': {'method': 'card', 'due_days': 14}, 'steps': ['pay', 'pack', 'send']}


def shipment(dice, params):
    return {'id': params['shipment'], 'carrier': dice.choice(['Nord Post', 'Kurier Süd']),
            'weight_g': dice.randint(100, 9000), 'insured': dice.happens(0.3),
            'events': [{'at': dice.moment(), 'place': dice.city(), 'what': dice.choice(
                ['picked up', 'sorted', 'in transit', 'delivered'])} for _ in range(7)],
            'destination': {'city': dice.city(), 'country': dice.country()}}


def payment(dice, params):
    return {'id': params['payment'], 'amount_minor': dice.randint(100, 99999), 'currency': 'EUR',
            'captured': dice.happens(0.9), 'fees': {'fixed': 0.25, 'share': 0.014},
            'ledger_id': 9007199254740993 + 2 * dice.randint(0, 10 ** 6),
            'method': {'kind': 'card', 'country': dice.country()}}


def rates(dice, params):
    names = ['USD', 'DKK', 'SEK', 'CHF', 'PLN', 'CZK', 'NOK', 'GBP']
    return {'base': params['base'], 'rates': {name: round(dice.uniform(0.5, 30), 6)
                                              for name in names}, 'source': 'central'}


def catalogue(dice, _):
    def entry(index):
        return {'id': index, 'title': dice.title(), 'text': ' '.join(
            dice.sentence() for _ in range(3)), 'price': dice.price(), 'visible': True}
    return {'version': 17, 'categories': [
        {'slug': name, 'entries': [entry(index) for index in range(180)]}
        for name in ('lamps', 'chairs', 'tables', 'rugs')], 'checked': dice.happens(1)}


def export(dice, _):
    return {'rows': [{'id': index, 'cells': [dice.randint(0, 10 ** 6) for _ in range(12)],
                      'name': dice.title(), 'note': dice.sentence()} for index in range(4800)],
            'columns': [dice.word() for _ in range(12)]}


def wishlist(dice, params):
    return {'owner': dice.person(), 'token': 'shared', 'is_public': dice.happens(0.5),
            'items': [card(dice, index) for index in range(int(params['limit']))]}


def tax(dice, params):
    return {'country': params['country'], 'rate': round(dice.uniform(5, 25), 1),
            'reduced': round(dice.uniform(0, 9), 1), 'inclusive': dice.happens(0.8),
            'exempt': dice.sample(['books', 'food', 'medicine', 'post'], 2)}


ENDPOINTS = [
    Endpoint('GET', '/products/{product:int}', product, weight=20),
    Endpoint('GET', '/products', products, weight=3, query={
        'size': [10, 20, 50], 'sort': ['price', 'title', 'rating']}),
    Endpoint('GET', '/search', search, weight=10, query={
        'q': ['lamp', 'chair', 'rug', 'oak table', 'mug'], 'page': [1, 2, 3]}),
    Endpoint('GET', '/suggest', suggest, query={'q': ['la', 'ch', 'ru']}),
    Endpoint('GET', '/products/{product:int}/reviews', reviews, weight=2),
    Endpoint('GET', '/products/{product:int}/related', related, weight=2),
    Endpoint('GET', '/products/{product:int}/price-history', price_history),
    Endpoint('GET', '/stock/{sku:hex}', stock),
    Endpoint('GET', '/carts/{cart:uuid}', cart, weight=7),
    Endpoint('POST', '/carts/{cart:uuid}/items', add_to_cart, body='{"sku":"A"}', status=201),
    Endpoint('GET', '/orders/{order:order}', order, weight=3),
    Endpoint('GET', '/orders', orders, query={'state': ['open', 'paid', 'all']}),
    Endpoint('POST', '/orders', place_order, body='{"cart":"x"}', status=201),
    Endpoint('GET', '/shipments/{shipment:hex}', shipment),
    Endpoint('GET', '/payments/{payment:uuid}', payment),
    Endpoint('GET', '/rates', rates, query={'base': ['EUR', 'USD']}),
    Endpoint('GET', '/catalogue', catalogue, weight=0.5),
    Endpoint('GET', '/exports/full', export, weight=0.15),
    Endpoint('GET', '/wishlist', wishlist, query={'limit': [5, 10, 40]}),
    Endpoint('GET', '/taxes/{country:slug}', tax),
]
