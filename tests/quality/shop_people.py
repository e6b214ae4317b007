"""Endpoints about people: users, sessions, messages, teams."""

from endpoint import Endpoint


def address(dice):
    return {'street': f'{dice.word().title()} Street {dice.randint(1, 99)}',
            'zip': f'{dice.randint(10000, 99999)}', 'city': dice.city(), 'country': dice.country()}


def user(dice, params):
    return {'id': int(params['user']), 'name': dice.person(), 'is_active': dice.happens(0.9),
            'is_staff': dice.happens(0.2), 'age': dice.randint(18, 80), 'address': address(dice),
            'roles': dice.sample(['buyer', 'seller', 'editor', 'auditor', 'support'], 3),
            'rating': round(dice.uniform(1, 5), 2), 'joined_at': dice.moment(),
            'nickname': None if dice.happens(0.3) else dice.word(),
            'preferences': {'language': 'de-DE', 'newsletter': dice.happens(0.5),
                            'theme': dice.choice(['dark', 'light'])}}


def short_user(dice, index):
    return {'id': 100 + index * 3, 'name': dice.person(), 'city': dice.city(),
            'is_active': dice.happens(0.8), 'orders': dice.randint(0, 40)}


def users(dice, params):
    return {'items': [short_user(dice, index) for index in range(20)],
            'page': int(params['page']), 'pages': 12, 'total': 231,
            'next': f'/users?page={int(params["page"]) + 1}'}


def user_search(dice, params):
    hits = dice.some(lambda index: {**short_user(dice, index), 'match': params['q'],
                                    'score': round(dice.uniform(0, 1), 4)}, 3, 12)
    return {'query': params['q'], 'hits': hits, 'count': len(hits), 'is_complete': True}


def session(dice, params):
    return {'session': {'id': params['session'], 'user': dice.randint(100, 900),
                        'state': dice.choice(['open', 'closed', 'expired']),
                        'client': {'agent': 'Mozilla/5.0', 'platform': dice.choice(
                            ['linux', 'windows', 'android']), 'language': 'pt-PT'},
                        'started_at': dice.moment()},
            'scopes': dice.sample(['read', 'write', 'admin', 'billing', 'export'], 4)}


def login(dice, _):
    return {'user': {'id': dice.randint(100, 900), 'name': dice.person()}, 'is_first': False,
            'lifetime': 3600, 'method': 'password', 'rights': ['cart', 'orders', 'wishlist']}


def messages(dice, params):
    def message(index):
        return {'id': dice.randint(1000, 9000) * 100 + index, 'from': dice.person(),
                'subject': dice.title(), 'preview': dice.sentence(), 'is_read': dice.happens(0.5),
                'sent_at': dice.moment(), 'size': dice.randint(300, 90000)}
    found = dice.some(message, 5, 25)
    return {'folder': params['folder'], 'messages': found,
            'unread': sum(not each['is_read'] for each in found)}


def message(dice, params):
    return {'id': int(params['message']), 'from': {'name': dice.person(), 'city': dice.city()},
            'subject': dice.title(), 'body': ' '.join(dice.sentence() for _ in range(12)),
            'labels': dice.sample(['work', 'home', 'later', 'bills', 'travel'], 3),
            'attachments': dice.some(lambda index: {
                'name': f'{dice.word()}-{index}.pdf', 'size': dice.randint(1000, 900000)}, 1, 4)}


def team(dice, params):
    return {'slug': params['team'], 'title': dice.title(), 'lead': dice.person(),
            'members': [short_user(dice, index) for index in range(8)],
            'budget': {'amount': dice.randint(10000, 90000), 'currency': 'EUR'},
            'tags': dice.sample(['core', 'web', 'data', 'mobile', 'ops', 'sales'], 4)}


def permissions(dice, params):
    names = ['orders', 'users', 'stock', 'prices', 'reports', 'exports']
    return {'user': params['user'], 'granted': {
        name: {'read': True, 'write': dice.happens(0.4), 'limit': dice.randint(1, 500)}
        for name in names}, 'inherited': dice.happens(0.5), 'depth': dice.randint(1, 6)}


def activity(dice, params):
    def entry(index):
        return {'id': int(params['user']) * 1000 + index, 'verb': dice.choice(
            ['viewed', 'bought', 'rated', 'shared']), 'object': dice.title(),
            'at': dice.moment(), 'device': dice.choice(['phone', 'desk', 'tablet'])}
    return [entry(index) for index in range(30)]


def addresses(dice, params):
    return {'user': int(params['user']), 'addresses': [
        {'id': index + 1, **address(dice), 'is_default': index == 0} for index in range(3)]}


def ledger(dice, params):
    return {'account': params['account'], 'owner': dice.person(),
            'balance_units': 9007199254740993 + 2 * dice.randint(0, 10 ** 9),
            'entries': [{'id': 9223372036854770000 + index * 3, 'amount': dice.price(),
                         'cleared': dice.happens(0.7), 'text': dice.sentence(4, 8)}
                        for index in range(15)]}


def avatar_settings(dice, params):
    return {'id': params['user'], 'shape': dice.choice(['round', 'square']),
            'colors': [f'#{dice.hex(6)}' for _ in range(5)],
            'crop': {'x': dice.randint(0, 40), 'y': dice.randint(0, 40),
                     'w': dice.randint(60, 300), 'h': dice.randint(60, 300)}}


ENDPOINTS = [
    Endpoint('GET', '/users/{user:int}', user, weight=14),
    Endpoint('GET', '/users', users, query={'page': [1, 2, 3, 4]}, weight=2),
    Endpoint('GET', '/users/search', user_search, query={'q': ['ada', 'leon', 'mila', 'otto']}),
    Endpoint('GET', '/users/{user:int}/permissions', permissions),
    Endpoint('GET', '/users/{user:int}/activity', activity, weight=2),
    Endpoint('GET', '/users/{user:int}/addresses', addresses),
    Endpoint('GET', '/users/{user:uuid}/avatar-settings', avatar_settings),
    Endpoint('GET', '/sessions/{session:uuid}', session, weight=7),
    Endpoint('POST', '/login', login, body='{"user":"ada","password":"x"}', headers={
        'Set-Cookie': 'sid=0; Path=/; HttpOnly; Secure; SameSite=Lax'}),
    Endpoint('GET', '/messages', messages, query={'folder': ['inbox', 'sent', 'spam']}, weight=2),
    Endpoint('GET', '/messages/{message:int}', message),
    Endpoint('GET', '/teams/{team:slug}', team),
    Endpoint('GET', '/accounts/{account:hex}/ledger', ledger),
]
