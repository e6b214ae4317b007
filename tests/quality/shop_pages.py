"""Endpoints whose answers are not JSON: pages, feeds in XML, streams of records, files."""

import zlib

from dice import Dice, WORDS
from endpoint import Endpoint


def page(title, rows):
    head = [['doctype', '<!doctype html>'], ['html', '<html lang="en">'], ['head', '<head>'],
            ['charset', '<meta charset="utf-8">'], ['title', f'<title>{title}</title>'],
            ['style', '<link rel="stylesheet" href="/static/main.css">'], ['end', '</head>'],
            ['body', '<body>'], ['main', '<main>']]
    return head + rows + [['end', '</main>'], ['end', '</body>'], ['end', '</html>']]


def home(dice, _):
    rows = [['headline', f'<h1 class="headline">{dice.title()}</h1>'],
            ['intro', f'<p class="intro">{dice.sentence()}</p>'],
            ['teasers', '<ul class="teasers">']]
    rows += [['teaser', f'<li class="teaser"><a href="/p/{dice.word()}">{dice.title()}</a></li>']
             for _ in range(12)]
    return page('Shop', rows + [['end', '</ul>'], ['legal', '<p class="legal">All rights.</p>']])


def product_page(dice, params):
    rows = [['name', f'<h1 class="name">{dice.title()}</h1>'],
            ['price', f'<span class="price">{dice.price()} EUR</span>'],
            ['stock', f'<span class="stock">{dice.randint(1, 90)} left</span>']]
    rows += [['text', f'<p class="text">{dice.sentence()}</p>'] for _ in range(8)]
    rows += [['buy', f'<form class="buy" action="/cart/{params["product"]}" method="post">'],
             ['submit', '<button class="submit" type="submit">Buy</button>'], ['end', '</form>']]
    return page('Product', rows)


def login_page(dice, _):
    return page('Sign in', [
        ['form', '<form class="form" action="/login" method="post">'],
        ['user', '<input class="user" name="user" autocomplete="username">'],
        ['password', '<input class="password" name="password" type="password">'],
        ['remember', '<input class="remember" name="remember" type="checkbox">'],
        ['help', f'<p class="help">{dice.sentence()}</p>'], ['end', '</form>']])


def table_page(dice, params):
    rows = [['topic', '<h1 class="topic">Prices</h1>'], ['table', '<table class="table">']]
    rows += [['cell', f'<tr class="cell"><td>{dice.title()}</td><td>{dice.price()}</td></tr>']
             for _ in range(int(params['rows']))]
    return page('Prices', rows + [['end', '</table>']])


def help_page(dice, params):
    rows = [['topic', f'<h1 class="topic">{params["topic"]}</h1>']]
    rows += [['answer', f'<p class="answer">{dice.sentence()}</p>'] for _ in range(20)]
    return page('Help', rows)


def rss(dice, _):
    rows = [['xml', '<?xml version="1.0" encoding="UTF-8"?>'], ['rss', '<rss version="2.0">'],
            ['channel', '<channel>'], ['title', f'<title>{dice.title()}</title>']]
    for index in range(10):
        rows += [['item', f'<item guid="{1000 + index}" lang="en" rating="{dice.randint(1, 5)}">'],
                 ['headline', f'<headline>{dice.title()}</headline>'],
                 ['summary', f'<summary>{dice.sentence()}</summary>'], ['end', '</item>']]
    return rows + [['end', '</channel>'], ['end', '</rss>']]


def invoice(dice, params):
    rows = [['xml', '<?xml version="1.0" encoding="UTF-8"?>'],
            ['invoice', f'<invoice number="{params["invoice"]}" currency="EUR" paid="true">'],
            ['buyer', f'<buyer country="{dice.country()}">{dice.person()}</buyer>']]
    rows += [['position', f'<position count="{dice.randint(1, 9)}" price="{dice.price()}">'
                          f'{dice.title()}</position>'] for _ in range(6)]
    return rows + [['total', f'<total tax="19">{dice.price()}</total>'], ['end', '</invoice>']]


def sitemap(dice, _):
    rows = [['xml', '<?xml version="1.0" encoding="UTF-8"?>'], ['urlset', '<urlset>']]
    rows += [['url', f'<url priority="0.{dice.randint(1, 9)}">https://shop.example/{word}</url>']
             for word in WORDS[:40]]
    return rows + [['end', '</urlset>']]


def audit(dice, params):
    return [{'seq': index, 'actor': dice.person(), 'action': dice.choice(['read', 'write']),
             'object': dice.title(), 'day': params['day'], 'ok': dice.happens(0.9)}
            for index in range(40)]


def bulk(dice, _):
    return [{'row': index, 'sku': dice.letters(8), 'count': dice.randint(0, 99),
             'price': dice.price()} for index in range(120)]


def events(dice, _):
    return [{'id': str(100 + index), 'event': dice.choice(['price', 'stock']), 'data': {
        'product': 1000 + index * 7, 'value': dice.price(), 'unit': 'EUR'}} for index in range(15)]


def progress(dice, params):
    return [{'id': str(index), 'event': 'progress', 'data': {
        'job': params['job'], 'done': index * 10, 'step': dice.word()}} for index in range(10)]


def exposition(dice, _):
    return [[name, f'shop_{name}_total{{area="{area}"}} {dice.randint(1, 99999)}']
            for name in ('orders', 'carts', 'logins', 'errors', 'searches', 'mails')
            for area in ('web', 'app', 'api')]


def robots(dice, _):
    return [['agent', 'User-agent: *']] + [
        ['disallow', f'Disallow: /{dice.word()}/{dice.word()}'] for _ in range(20)]


def csv(dice, params):
    return [['header', 'sku,title,count,price']] + [
        ['row', f'{dice.letters(8)},{dice.title()},{dice.randint(0, 90)},{dice.price()}']
        for _ in range(int(params['rows']))]


def callback(dice, params):
    return [['status', dice.choice(['accepted', 'settled'])], ['amount', str(dice.price())],
            ['currency', 'EUR'], ['payment', params['payment']], ['buyer', dice.person()]]


def picture(dice, params):
    """Like a PNG: a signature, then bytes that do not compress."""
    size = {'thumb': 1500, 'page': 24000, 'full': 180000}[params['size']]
    return b'\x89PNG\r\n\x1a\n' + dice.randbytes(size)


def archive(dice, _):
    return zlib.compress(dice.randbytes(60000))


def firmware(_, __):
    return Dice('firmware').randbytes(1 << 20)


def moved(dice, _):
    return page('Moved', [['moved', f'<p class="moved">{dice.sentence()}</p>']])


ENDPOINTS = [
    Endpoint('GET', '/', home, 'html', weight=7),
    Endpoint('GET', '/p/{product:int}', product_page, 'html', weight=3),
    Endpoint('GET', '/login', login_page, 'html', weight=2),
    Endpoint('GET', '/prices', table_page, 'html', query={'rows': [20, 40, 200]}),
    Endpoint('GET', '/help/{topic:slug}', help_page, 'html'),
    Endpoint('GET', '/rss.xml', rss, 'xml'),
    Endpoint('GET', '/invoices/{invoice:int}', invoice, 'xml', weight=2),
    Endpoint('GET', '/sitemap.xml', sitemap, 'xml'),
    Endpoint('GET', '/audit', audit, 'ndjson', query={'day': ['2024-06-01', '2024-06-02']}),
    Endpoint('GET', '/bulk/prices', bulk, 'ndjson'),
    Endpoint('GET', '/events', events, 'sse'),
    Endpoint('GET', '/jobs/{job:uuid}/progress', progress, 'sse'),
    Endpoint('GET', '/metrics', exposition, 'text', weight=2),
    Endpoint('GET', '/robots.txt', robots, 'text'),
    Endpoint('GET', '/exports/prices.csv', csv, 'text', query={'rows': [30, 100]}),
    Endpoint('POST', '/callbacks/{payment:uuid}', callback, 'form', body='state=ok'),
    Endpoint('GET', '/images/{image:int}', picture, 'image', query={
        'size': ['thumb', 'page', 'full']}, weight=3),
    Endpoint('GET', '/downloads/archive', archive, 'bytes', weight=0.5),
    Endpoint('GET', '/downloads/firmware', firmware, 'bytes', weight=0.1),
    Endpoint('GET', '/old/{page:int}', moved, 'html', status=302, headers={
        'Location': 'https://shop.example/new/start?from=old'}),
]
