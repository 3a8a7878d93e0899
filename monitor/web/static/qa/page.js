// The QA desk: a list of calls, and one of them. The address after # says which.
import { api } from '../api.js';
import { fill } from '../dom.js';
import { start } from '../shell.js';
import { CallView } from './call.js';
import { ListView } from './list.js';
import { loading } from './parts.js';
import './words.js';

start({
  page: 'qa',
  async build(main, session, frame) {
    fill(main, loading());
    const choices = await api.get('/api/qa/choices');
    const list = new ListView(frame, session, choices, open);
    let view = null;
    function open(number) { location.hash = `#/call/${number}`; }
    async function route() {
      if (view) view.close();
      view = null;
      const [, kind, number, alert] = location.hash.split('/');
      if (kind === 'call') {
        view = new CallView(frame, session, choices, list, number, alert);
        await view.show(main);
      } else {
        list.show(main);
      }
    }
    addEventListener('hashchange', route);
    await route();
  },
});
