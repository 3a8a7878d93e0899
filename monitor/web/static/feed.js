// A socket that comes back by itself, and the team's alert feed on top of it.

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
const SILENT_MS = 15000;
export const FINAL = [4400, 4401, 4403];

/**
 * `hello()` gives the first message, `take(message)` gets the others (sound as an ArrayBuffer),
 * `changed(state, code)` is told `connected`, `lost` or `refused`: after a close code of `final` it does not
 * try again. Comes back at once when the browser is online again.
 */
export class LiveSocket {
  constructor(path, { hello, take, changed = () => {}, final = FINAL }) {
    this.path = path;
    this.hello = hello;
    this.take = take;
    this.changed = changed;
    this.final = final;
    this.gone = new AbortController();
    this.wait = FIRST_WAIT_MS;
    this.timer = 0;
    this.closed = false;
    this.state = '';
    this.socket = null;
    const { signal } = this.gone;
    addEventListener('online', () => this.again(), { signal });
    addEventListener('offline', () => this.drop(), { signal });
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}${this.path}`);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    const late = setTimeout(() => socket.close(), SILENT_MS);
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', ...this.hello() }));
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      clearTimeout(late);
      const message = typeof event.data === 'string' ? JSON.parse(event.data) : event.data;
      if (message.type === 'welcome') {
        this.wait = FIRST_WAIT_MS;
        this.tell('connected');
      }
      this.take(message);
    };
    socket.onclose = (event) => {
      clearTimeout(late);
      if (socket === this.socket) this.lost(event.code);
    };
  }

  lost(code) {
    if (this.closed) return;
    if (this.final.includes(code)) {
      this.tell('refused', code);
      return;
    }
    this.tell('lost', code);
    this.timer = setTimeout(() => this.open(), this.wait + Math.random() * 300);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
  }

  /** The network is gone: what is written now would be lost without a word. */
  drop() {
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
    this.lost(1006);
  }

  again() {
    if (this.closed || this.state === 'connected') return;
    this.wait = FIRST_WAIT_MS;
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
    this.open();
  }

  send(message) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  tell(state, code = 0) {
    if (state === this.state) return;
    this.state = state;
    this.changed(state, code);
  }

  close() {
    this.closed = true;
    this.gone.abort();
    clearTimeout(this.timer);
    if (this.socket) this.socket.close();
  }
}

/**
 * The alerts and actions of a team after a place: in order, each once, whatever the network does.
 * `place` is {team, epoch, seq, action}; `alert(event)`, `action(event)` get the news, `resync()` is
 * called when the log is another one and everything held must be forgotten.
 */
export class AlertFeed {
  constructor(place, { alert, action, resync, changed }) {
    this.place = { ...place };
    this.on = { alert, action, resync };
    this.owed = 0;
    this.socket = new LiveSocket('/ws/alerts', {
      hello: () => ({
        team: this.place.team,
        last: { epoch: this.place.epoch, seq: this.place.seq },
        last_action: this.place.action,
        topics: ['actions'],
      }),
      take: (message) => this.take(message),
      changed,
    });
  }

  take(message) {
    if (message.type === 'alert') {
      if (message.seq <= this.place.seq) return;
      this.place.seq = message.seq;
      this.on.alert(message);
      this.acknowledgeSoon();
    } else if (message.type === 'action') {
      if (message.seq <= this.place.action) return;
      this.place.action = message.seq;
      this.on.action(message);
    } else if (message.type === 'resync') {
      this.on.resync();
    }
  }

  acknowledgeSoon() {
    if (this.owed) return;
    this.owed = setTimeout(() => {
      this.owed = 0;
      this.socket.send({ type: 'ack', seq: this.place.seq });
    }, 50);
  }

  close() {
    clearTimeout(this.owed);
    this.socket.close();
  }
}
