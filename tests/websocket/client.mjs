// A WebSocket client that plays one scene against server.mjs through understudy; exits with 0 when
// it went as it must. Usage: node client.mjs ws://HOST:PORT SCENE
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';

const [url, scene] = process.argv.slice(2);

async function open(path, protocols = [], options = {}) {
  const socket = new WebSocket(url + path, protocols, { maxPayload: 64 * 1024 * 1024, ...options });
  const inbox = [];
  let wake = () => {};
  socket.on('message', (data, isBinary) => {
    inbox.push(isBinary ? data : data.toString());
    wake();
  });
  socket.next = async () => {
    while (inbox.length === 0) await new Promise((resolve) => { wake = resolve; });
    return inbox.shift();
  };
  await once(socket, 'open');
  return socket;
}

async function close(socket) {
  socket.close(1000, 'done');
  const [code] = await once(socket, 'close');
  assert.equal(code, 1000);
}

async function refused(path, status) {
  const socket = new WebSocket(url + path);
  socket.on('error', () => {});
  const [, answer] = await once(socket, 'unexpected-response');
  assert.equal(answer.statusCode, status);
  answer.resume();
  await once(answer, 'end');
}

const scenes = {
  async messages() {
    const socket = await open('/echo');
    for (let i = 0; i < 500; ++i) socket.send(`message ${i}`);
    for (let i = 0; i < 500; ++i) assert.equal(await socket.next(), `message ${i}`);
    const bytes = randomBytes(1000);
    socket.send(bytes);
    assert.deepEqual(await socket.next(), bytes);
    socket.send('');
    assert.equal(await socket.next(), '');
    await close(socket);
  },
  async large() {
    for (const compressed of [false, true]) {
      const socket = await open('/digest', [], { perMessageDeflate: compressed });
      const bytes = randomBytes(24 * 1024 * 1024);
      socket.send(bytes);
      assert.equal(await socket.next(), createHash('sha256').update(bytes).digest('hex'));
      await close(socket);
    }
  },
  async both() {
    const socket = await open('/flood');
    for (let i = 0; i < 64; ++i) socket.send(Buffer.alloc(256 * 1024, i));
    for (let i = 0; i < 64; ++i) {
      const piece = await socket.next();
      assert.equal(piece.length, 256 * 1024);
      assert.ok(piece[0] === i && piece[piece.length - 1] === i);
    }
    assert.equal(await socket.next(), `heard ${64 * 256 * 1024}`);
    await close(socket);
  },
  async greeting() {
    for (let i = 0; i < 50; ++i) {
      const socket = await open('/greet');
      assert.equal(await socket.next(), 'welcome');
      await close(socket);
    }
  },
  async protocol() {
    const socket = await open('/echo', ['chat.v1', 'chat.v2']);
    assert.equal(socket.protocol, 'chat.v2');
    assert.match(socket.extensions, /permessage-deflate/);
    socket.ping('are you there');
    const [answer] = await once(socket, 'pong');
    assert.equal(answer.toString(), 'are you there');
    await close(socket);
  },
  async goodbye() {
    const socket = new WebSocket(`${url}/bye`);
    const [code, reason] = await once(socket, 'close');
    assert.equal(code, 4001);
    assert.equal(reason.toString(), 'enough');
  },
  async refused() {
    await refused('/plain', 200);
    await refused('/forbidden', 403);
  },
  async many() {
    const sockets = await Promise.all(Array.from({ length: 100 }, () => open('/echo')));
    sockets.forEach((socket, i) => socket.send(`from ${i}`));
    for (const [i, socket] of sockets.entries()) assert.equal(await socket.next(), `from ${i}`);
    await Promise.all(sockets.map(close));
  },
  // The tunnel ends it, and not before its time: pings keep it.
  async silence() {
    const socket = await open('/echo');
    for (let i = 0; i < 8; ++i) {
      await new Promise((resolve) => { setTimeout(resolve, 100); });
      socket.ping();
      await once(socket, 'pong');
    }
    const [code] = await once(socket, 'close');
    assert.equal(code, 1006);
  },
};

await scenes[scene]();
process.exit(0);  // a connection on which an upgrade was refused is kept by the pool
