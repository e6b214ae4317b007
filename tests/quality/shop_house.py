"""Endpoints about the service itself and its content: configuration, metrics, feeds, texts."""

from dice import WORDS
from endpoint import Endpoint


def config(dice, _):
    return {'features': {name: dice.happens(0.5) for name in (
        'fast_checkout', 'dark_mode', 'new_search', 'gift_cards', 'live_chat')},
        'limits': {'cart_items': 50, 'upload_mb': 20, 'page_size': 100},
        'endpoints': {'images': 'https://img.shop.example', 'pay': 'https://pay.shop.example'},
        'languages': ['de', 'en', 'fr', 'pt', 'sv'], 'release': 'stable'}


def texts(dice, params):
    return {'language': params['lang'], 'texts': {
        f'{area}.{word}': f'{dice.sentence(3, 9)} Größe – naïve façade'
        for area in ('cart', 'checkout', 'menu') for word in WORDS[:14]}}


def health(_, __):
    return {'status': 'ok', 'checks': {'database': 'ok', 'cache': 'ok', 'queue': 'ok'},
            'version': '4.7.1'}


def metrics(dice, params):
    return {'range': params['range'], 'series': [
        {'name': name, 'unit': 'ms', 'points': [round(dice.uniform(1, 90), 2) for _ in range(24)]}
        for name in ('checkout', 'search', 'login')], 'resolution': 300}


def summary(dice, _):
    return {'orders': {'open': dice.randint(1, 90), 'paid': dice.randint(100, 900)},
            'revenue': dice.price() * 1000, 'visitors': dice.randint(1000, 9000),
            'top': [{'name': dice.title(), 'sold': dice.randint(10, 400)} for _ in range(5)]}


def feed(dice, params):
    return {'channel': params['channel'], 'entries': [
        {'id': dice.uuid(), 'title': dice.title(), 'author': dice.person(),
         'text': ' '.join(dice.sentence() for _ in range(5)), 'likes': dice.randint(0, 900),
         'tags': dice.sample(WORDS, 3)} for _ in range(20)], 'language': 'en'}


def article(dice, params):
    return {'slug': params['article'], 'title': dice.title(), 'author': {
        'name': dice.person(), 'bio': dice.sentence()}, 'published_at': dice.moment(),
        'paragraphs': [' '.join(dice.sentence() for _ in range(4)) for _ in range(9)],
        'words': dice.randint(300, 3000), 'is_featured': dice.happens(0.2)}


def comments(dice, params):
    def comment(index, depth):
        replies = [comment(index * 10 + k, depth + 1) for k in range(2 if depth < 2 else 0)]
        return {'id': index, 'author': dice.person(), 'text': dice.sentence(),
                'votes': dice.randint(-5, 90), 'replies': replies}
    return {'article': int(params['article']), 'comments': [comment(k + 1, 0) for k in range(5)],
            'locked': dice.happens(0.2)}


def menu(dice, _):
    return {'sections': [{'slug': name, 'title': name.title(), 'links': [
        {'label': dice.title(), 'href': f'/{dice.word()}/{dice.word()}'} for _ in range(6)]}
        for name in ('home', 'garden', 'office')], 'columns': 3}


def geo(dice, params):
    return {'type': 'FeatureCollection', 'region': params['region'], 'features': [
        {'type': 'Feature', 'geometry': {'type': 'Point', 'coordinates': [
            round(dice.uniform(-10, 30), 6), round(dice.uniform(40, 65), 6)]},
         'properties': {'name': dice.city(), 'open': dice.happens(0.7),
                        'capacity': dice.randint(5, 200)}} for _ in range(18)]}


def graph(dice, _):
    return {'data': {'viewer': {'login': dice.word(), 'isEmployee': False, 'repositories': {
        'totalCount': dice.randint(1, 90), 'nodes': [
            {'name': dice.word() + str(index), 'stars': dice.randint(0, 900),
             'primaryLanguage': {'name': dice.choice(['C', 'Go', 'Rust'])}}
            for index in range(10)]}}}, 'extensions': {'cost': dice.randint(1, 50)}}


def jobs(dice, _):
    return {'jobs': [{'id': index + 1, 'name': dice.word(), 'state': dice.choice(
        ['done', 'waiting', 'failed']), 'attempts': dice.randint(0, 3),
        'priority': dice.randint(1, 9)} for index in range(16)], 'paused': False}


def job(dice, params):
    return {'id': params['job'], 'kind': dice.choice(['import', 'mail', 'invoice']),
            'progress': dice.randint(0, 100), 'result': {'rows': dice.randint(1, 9999),
                                                        'errors': dice.randint(0, 4)},
            'log': [dice.sentence() for _ in range(6)]}


def limits(dice, _):
    return {'plan': 'business', 'limits': {'requests': 10000, 'burst': 200},
            'addons': [dice.word() for _ in range(3)], 'soft': True}


def recommendations(dice, params):
    return {'for': params['user'], 'items': [
        {'id': 500 + index * 9, 'title': dice.title(), 'price': dice.price(),
         'reason': dice.sentence(4, 7)} for index in range(10)], 'model': 'v7', 'personal': True}


def calendar(dice, params):
    return {'month': params['month'], 'slots': {
        f'2024-06-{day:02}': [{'from': f'{hour:02}:00', 'free': dice.happens(0.6)}
                              for hour in range(8, 18, 2)] for day in range(1, 29)}}


def weather(dice, params):
    return {'city': params['city'], 'temperature': round(dice.uniform(-10, 35), 1),
            'wind': {'speed': round(dice.uniform(0, 90), 1), 'from': dice.randint(0, 359)},
            'forecast': [{'day': index, 'low': dice.randint(-9, 9), 'high': dice.randint(10, 30),
                          'text': dice.sentence(3, 6)} for index in range(7)]}


def flags(dice, _):
    return {f'flag_{word}': {'on': dice.happens(0.5), 'share': dice.randint(0, 100),
                             'owner': dice.choice(['web', 'core'])} for word in WORDS[:20]}


ENDPOINTS = [
    Endpoint('GET', '/config', config, weight=3),
    Endpoint('GET', '/texts', texts, query={'lang': ['de', 'en', 'fr']}),
    Endpoint('GET', '/health', health, weight=3),
    Endpoint('GET', '/metrics/series', metrics, query={'range': ['1d', '7d']}),
    Endpoint('GET', '/dashboard/summary', summary),
    Endpoint('GET', '/feeds/{channel:slug}', feed),
    Endpoint('GET', '/articles/{article:slug}', article),
    Endpoint('GET', '/articles/{article:int}/comments', comments, weight=2),
    Endpoint('GET', '/menu', menu, weight=2),
    Endpoint('GET', '/geo', geo, query={'region': ['north', 'south']}),
    Endpoint('POST', '/graphql', graph, body='{"query":"{viewer{login}}"}', weight=3),
    Endpoint('GET', '/jobs', jobs),
    Endpoint('GET', '/jobs/{job:uuid}', job),
    Endpoint('GET', '/limits', limits),
    Endpoint('GET', '/recommendations/{user:int}', recommendations, weight=7),
    Endpoint('GET', '/calendar', calendar, query={'month': ['2024-06']}),
    Endpoint('GET', '/weather', weather, query={'city': ['Porto', 'Graz', 'Turku', 'Lyon']}),
    Endpoint('GET', '/flags', flags, weight=2),
]
