// The differences that are known and explained in differences.yml.
export class Allowed {
  #rules;

  /** @param entries lists of `lines` with `because`; an asterisk stands for any text */
  constructor(entries) {
    const literal = text => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    this.#rules = entries.flatMap(({ lines }) => lines).map(line =>
      ({ line, pattern: new RegExp(`^${line.split('*').map(literal).join('.*')}$`), times: 0 }));
  }

  covers(line) {
    const rule = this.#rules.find(({ pattern }) => pattern.test(line));
    if (rule) rule.times++;
    return rule !== undefined;
  }

  /** Lines that nothing needed; they may hide something one day. */
  unused() {
    return this.#rules.filter(({ times }) => times === 0).map(({ line }) => line);
  }
}
