// Loaded before a documented program: whatever port it asks for it gets a free one, and the test is told which; of
// workers of a cluster by their primary.
import cluster from 'node:cluster';
import net from 'node:net';

const listen = net.Server.prototype.listen;

net.Server.prototype.listen = function listenOnFreePort(first, ...rest) {
  if (first?.path !== undefined) return listen.call(this, first, ...rest);
  this.once('listening', () => process.send?.({ port: this.address().port }));
  const free = typeof first === 'object' && first !== null ? { ...first, port: 0 } : 0;
  return listen.call(this, free, ...rest);
};

if (cluster.isPrimary) cluster.on('message', (_worker, message) => process.send?.(message));
