// An independent OpenID provider under the paths of Entra, for tests/oidc.rs.
//
// The provider checks the protocol as usual. This program adds the user, who signs in and consents to
// every request. POST /enter?user_code=... enters a device code.

import { createServer } from 'node:http';
import Provider, { interactionPolicy } from 'oidc-provider';

const [, , clientId] = process.argv;
const account = 'a1d0c9e4-2b7f-4c35-8e16-9f0b7d3c5a28';
const scope = 'openid profile offline_access Chat.ReadWrite.All';

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const root = `http://localhost:${server.address().port}`;

// Entra supports prompt=select_account. OpenID providers need not, so this provider has to be configured for it.
const policy = interactionPolicy.base();
policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);

const provider = new Provider(root, {
  clients: [{
    client_id: clientId,
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
    redirect_uris: ['http://localhost'],
  }],
  scopes: ['openid', 'profile', 'offline_access', 'Chat.ReadWrite.All'],
  claims: { profile: ['preferred_username', 'tid', 'oid'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false }, deviceFlow: { enabled: true } },
  interactions: { policy, url: (_context, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  cookies: { keys: [clientId] },
  routes: {
    authorization: '/organizations/oauth2/v2.0/authorize',
    token: '/organizations/oauth2/v2.0/token',
    device_authorization: '/organizations/oauth2/v2.0/devicecode',
  },
  ttl: { AccessToken: 2, Grant: 3600, IdToken: 3600, Interaction: 600, Session: 3600, RefreshToken: 3600 },
  findAccount: async (_context, sub) => ({
    accountId: sub,
    claims: async () => ({
      sub,
      oid: sub,
      preferred_username: 'admin@contoso.example',
      tid: '5f3e2b10-7c4d-4e8a-9b61-0d2c3a4f5e61',
    }),
  }),
});

async function grant() {
  const newGrant = new provider.Grant({ accountId: account, clientId });
  newGrant.addOIDCScope(scope);
  return newGrant.save();
}

const respond = provider.callback();
server.on('request', async (request, response) => {
  const url = new URL(request.url, root);
  try {
    if (url.pathname.startsWith('/interaction/')) {
      await provider.interactionFinished(request, response, {
        select_account: {},
        login: { accountId: account },
        consent: { grantId: await grant() },
      });
    } else if (request.method === 'POST' && url.pathname === '/enter') {
      const text = url.searchParams.get('user_code').replace(/[^a-zA-Z0-9]/g, '').toUpperCase();
      const code = await provider.DeviceCode.findByUserCode(text);
      Object.assign(code, {
        accountId: account, grantId: await grant(), scope: code.params.scope, authTime: Math.floor(Date.now() / 1000),
      });
      await code.save();
      response.writeHead(204).end();
    } else {
      // OpenID Connect grants offline_access only with prompt=consent, which Entra does not require.
      request.url = request.url.replace('prompt=select_account', 'prompt=select_account+consent');
      respond(request, response);
    }
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});

console.log(root);
// The provider exits with its parent.
process.stdin.resume().on('end', () => process.exit(0));
