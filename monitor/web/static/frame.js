// Work that is done once before the next picture, however often it is asked for.

const tasks = new Set();
let asked = 0;

/** `task` runs before the next picture; asked for by work of this picture, it is part of this one. */
export function beforePicture(task) {
  tasks.add(task);
  if (!asked) asked = requestAnimationFrame(work);
}

function work() {
  for (const task of tasks) {
    tasks.delete(task);
    task();
  }
  asked = 0;
}
