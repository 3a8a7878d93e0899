// Talking to the server: JSON in and out, errors with their code, the session's guard on writes.

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let csrf = '';
let onEnded = () => {};

/** What to do when the server no longer knows the session. */
export function whenEnded(action) {
  onEnded = action;
}

async function ask(method, path, body) {
  const headers = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['x-csrf-token'] = csrf;
  try {
    return await fetch(path, {
      method, headers, credentials: 'same-origin', cache: 'no-store',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (fault) {
    throw new ApiError(0, 'offline', String(fault));
  }
}

/** The answer that first.js asked for, the first time. */
async function early() {
  const asked = window.askedForSession;
  window.askedForSession = null;
  return asked;
}

async function read(answer, quiet) {
  const text = await answer.text();
  let content = {};
  try {
    content = text ? JSON.parse(text) : {};
  } catch {
    content = {};
  }
  if (answer.ok) return content;
  const error = content.error || {};
  if (answer.status === 401 && !quiet) onEnded();
  const fault = new ApiError(answer.status, error.code || `http_${answer.status}`, error.message || answer.statusText);
  fault.content = content;
  throw fault;
}

export const api = {
  get: async (path) => read(await ask('GET', path)),
  post: async (path, body = {}) => read(await ask('POST', path, body)),
  put: async (path, body = {}) => read(await ask('PUT', path, body)),
  remove: async (path) => read(await ask('DELETE', path)),

  /** Sound or a file as a blob. */
  async blob(path) {
    const answer = await ask('GET', path);
    if (!answer.ok) return read(answer);
    return answer.blob();
  },

  /** Leave to hear a call for some minutes; goes into the address of its sound. */
  async grant(call, team) {
    const found = await api.post(`/api/calls/${encodeURIComponent(call)}/grants?team=${encodeURIComponent(team)}`);
    return encodeURIComponent(found.grant);
  },

  /** Who is signed in, or null; `first` says that nobody ever was, `oidc` where else to sign in. */
  async session() {
    try {
      const session = await read((await early()) || (await ask('GET', '/api/session')), true);
      csrf = session.csrf || '';
      return { session, first: false, oidc: null };
    } catch (fault) {
      if (fault.status !== 401) throw fault;
      const { first = false, oidc = null } = fault.content || {};
      return { session: null, first: Boolean(first), oidc };
    }
  },

  async signIn(proof) {
    const session = await read(await ask('POST', '/api/session', proof), true);
    csrf = session.csrf || '';
    return session;
  },

  /** Make the first accounts. */
  setUp: async (people) => read(await ask('POST', '/api/setup', people), true),

  async signOut() {
    await read(await ask('DELETE', '/api/session'), true);
    csrf = '';
  },
};

/** A key that makes sending something twice harmless. */
export function oneTimeKey() {
  return crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, '0')).join('');
}
