'use strict';
// A CAS made from the WSDL in the given folder: the toolkit reads every call, and this file only notes it and answers OK.
// Prints its address as a line of JSON. GET /calls returns the calls as the toolkit read them.

const fs = require('fs');
const http = require('http');
const path = require('path');
const soap = require('soap');

const folder = process.argv[2];

// The contents of an answer besides its status, by operation.
const results = {
  GetActiveSubscriptions: { Subscriptions: { Subscription: [{ ServiceCaId: '1111' }, { ServiceCaId: '2222' }] } },
  GetPairingStatusForCard: { Paired: true, PairingModuleIds: { PairingModuleId: ['0012345678'] } },
  GetPairingStatusForPairingModule: { Paired: true, CaClientIds: { CaClientId: ['01000000017'] } },
};

const calls = [];

function operation(name) {
  return (args) => {
    calls.push({ operation: name, args });
    const reference = `toolkit-${calls.length}`;
    return { StatusCode: 'OK', Message: 'Done', ReferenceNumber: reference, ...results[name] };
  };
}

// {service: {port: {operation: handler}}}, with the names of the WSDL.
function implementation(xml) {
  const one = (pattern) => xml.match(pattern)[1];
  const names = [...xml.matchAll(/<wsdl:operation name="(\w+)"/g)].map((found) => found[1]);
  const operations = Object.fromEntries(names.map((name) => [name, operation(name)]));
  return { [one(/<wsdl:service name="(\w+)"/)]: { [one(/<wsdl:port name="(\w+)"/)]: operations } };
}

function serve(server, file) {
  const uri = path.join(folder, file);
  const xml = fs.readFileSync(uri, 'utf8');
  const address = new URL(xml.match(/<soap:address location="([^"]+)"/)[1]);
  return new Promise((resolve, reject) => {
    const callback = (error) => (error ? reject(error) : resolve());
    soap.listen(server, { path: address.pathname, services: implementation(xml), xml, uri, callback });
  });
}

async function main() {
  const server = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(calls));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const files = fs.readdirSync(folder).filter((file) => file.endsWith('.wsdl'));
  for (const file of files) await serve(server, file);
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${server.address().port}`, services: files.length }));
}

process.on('SIGTERM', () => process.exit(0));
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
