// The agent's screen.
import { blank, start } from '../shell.js';

start({
  page: 'agent',
  async build(main) {
    main.append(blank('agent', '…'));
  },
});
