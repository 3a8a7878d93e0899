// The sockets of the wall: for each team its alerts and its live calls.
import { AlertFeed, LiveSocket } from '../feed.js';
import { partsOf } from './model.js';

export class Links {
  /** `views` are the beginnings of the teams; `on` has alert, action, live, resync and changed. */
  constructor(views, on) {
    this.lost = new Set();
    this.opened = null;
    this.feeds = views.map((view) => new AlertFeed({ team: view.team, epoch: view.epoch, seq: view.seq, action: view.action }, {
      alert: (alert) => on.alert(view.team, alert),
      action: (action) => on.action(view.team, action),
      resync: on.resync,
      changed: (state) => this.changed(view.team, state, on.changed),
    }));
    this.walls = new Map(views.map(({ team }) => [team, new LiveSocket('/ws/wall', {
      hello: () => ({ team }),
      take: (message) => on.live(team, message),
      changed: () => {},
    })]));
  }

  /** One team that is cut off is enough to say so. */
  changed(team, state, tell) {
    if (state === 'refused') {
      tell(state);
      return;
    }
    const was = this.lost.size > 0;
    if (state === 'lost') this.lost.add(team);
    else this.lost.delete(team);
    const now = this.lost.size > 0;
    if (now !== was || !this.told) {
      this.told = true;
      tell(now ? 'lost' : 'connected');
    }
  }

  /** Send the words of this call from now on, and of no other. */
  open(key) {
    const { team, id } = partsOf(key);
    const before = this.opened && partsOf(this.opened).team;
    if (before && before !== team) this.walls.get(before).send({ type: 'open', call: null });
    this.opened = key;
    this.walls.get(team).send({ type: 'open', call: id });
  }
}
