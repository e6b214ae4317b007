// A WebSocket server: the path says what it does. Usage: node server.mjs PORT
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { WebSocketServer } from 'ws';

const PIECES = 64;
const PIECE_BYTES = 256 * 1024;

// What happens on a connection once it is one.
const plays = {
  '/echo': (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  },
  // The first message leaves in the same turn as the 101.
  '/greet': (socket) => socket.send('welcome'),
  '/digest': (socket) => {
    socket.on('message', (data) => socket.send(createHash('sha256').update(data).digest('hex')));
  },
  // Talks and listens at the same time, and says what it heard.
  '/flood': (socket) => {
    let heard = 0;
    for (let i = 0; i < PIECES; ++i) socket.send(Buffer.alloc(PIECE_BYTES, i));
    socket.on('message', (data) => {
      heard += data.length;
      if (heard === PIECES * PIECE_BYTES) socket.send(`heard ${heard}`);
    });
  },
  '/bye': (socket) => socket.close(4001, 'enough'),
};

const refusals = {
  '/plain': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain',
  '/forbidden': 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
};

const sockets = new WebSocketServer({
  noServer: true,
  maxPayload: 64 * 1024 * 1024,
  perMessageDeflate: true,
  handleProtocols: (offered) => (offered.has('chat.v2') ? 'chat.v2' : false),
});
const server = createServer((_, answer) => answer.end('plain\n'));
server.on('upgrade', (request, socket, head) => {
  if (refusals[request.url]) return socket.write(refusals[request.url]);
  return sockets.handleUpgrade(request, socket, head, plays[request.url]);
});
server.listen(Number(process.argv[2]), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
