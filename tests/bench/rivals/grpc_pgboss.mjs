// The service that a Node.js team would write: gRPC in front of pg-boss, an answer once the job is durable.
//   node grpc_pgboss.mjs URL      prints {"port": N} when it serves
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import PgBoss from 'pg-boss';

const kQueue = 'single';

const boss = new PgBoss({ connectionString: process.argv[2], max: 10 });
boss.on('error', (error) => {
  throw error;
});
await boss.start();
await boss.clearStorage();
await boss.createQueue(kQueue);

async function submit(call, answer) {
  try {
    const { identities, key } = call.request;
    const id = await boss.send(kQueue, { identity: identities[0], key });
    answer(null, { name: id, state: 1 });
  } catch (error) {
    answer(error);
  }
}

const { Peer } = grpc.loadPackageDefinition(loader.loadSync(new URL('peer.proto', import.meta.url).pathname)).lethe.bench.peer;
const server = new grpc.Server();
server.addService(Peer.service, { Submit: submit });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(JSON.stringify({ port }));
});
