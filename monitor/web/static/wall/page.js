// The supervisor's wall.
import { blank, start } from '../shell.js';

start({
  page: 'wall',
  async build(main) {
    main.append(blank('wall', '…'));
  },
});
