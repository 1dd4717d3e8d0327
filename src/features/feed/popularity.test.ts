import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addToRate, halfLifeMs, MeasuredCosts, noRate, rateAt } from './costs.ts';
import { absenceMaxMs, measuredPolicy } from './popularity.ts';

const hourMs = 3_600_000;
const costs = { pullMs: 0.000_1, deliverMs: 0.000_4 };
const reader = { hasInbox: false, readsPerMs: 1 / hourMs, absentMs: 0, arrivalsPerMs: 0, authors: 100 };
const author = { isPopular: false, postsPerMs: 1 / (24 * hourMs), audience: 1000, readsPerMs: 1 / hourMs };

describe('who has an inbox', () => {
  // A read saves 100 pulls, 0.01 ms; a delivery costs 0.0004 ms: the balance is at 25 arrivals a read.
  const cases: [string, Partial<typeof reader>, boolean][] = [
    ['who reads often against what arrives', { arrivalsPerMs: 12 / hourMs }, true],
    ['not quite at the balance', { arrivalsPerMs: 20 / hourMs }, false],
    ['who has one keeps it there', { arrivalsPerMs: 20 / hourMs, hasInbox: true }, true],
    ['who has one loses it far beyond', { arrivalsPerMs: 60 / hourMs, hasInbox: true }, false],
    ['nobody who was away for a week', { absentMs: absenceMaxMs + 1, hasInbox: true }, false],
    ['nobody who follows a handful', { authors: 10 }, false],
  ];
  for (const [name, more, wants] of cases) {
    it(`FEED-7 ${name}: ${wants ? 'yes' : 'no'}`, () => {
      assert.equal(measuredPolicy.wantsInbox({ ...reader, ...more }, costs), wants);
    });
  }
});

describe('who is popular', () => {
  const cases: [string, Partial<typeof author>, boolean][] = [
    ['an ordinary author', {}, false],
    ['whose posts take too long to deliver', { audience: 2_000_000 }, true],
    ['not at once at the limit', { audience: 800_000 }, false],
    ['once popular, still at the limit', { audience: 800_000, isPopular: true }, true],
    ['no more when far below', { audience: 200_000, isPopular: true }, false],
    ['who posts far more often than is read', { postsPerMs: 1 / hourMs }, true],
    ['not with hardly any readers', { postsPerMs: 100 / hourMs, audience: 10 }, false],
  ];
  for (const [name, more, popular] of cases) {
    it(`FEED-7 ${name}: ${popular ? 'pulled' : 'pushed'}`, () => {
      assert.equal(measuredPolicy.isPopular({ ...author, ...more }, costs), popular);
    });
  }
});

describe('measured costs and rates', () => {
  it('FEED-7 follow what is measured, and one pause does not count for all', () => {
    const measured = new MeasuredCosts();
    for (let i = 0; i < 500; i++) measured.delivered(100, 0.1);
    assert.ok(Math.abs(measured.deliverMs - 0.001) < 1e-6);
    measured.delivered(100, 5000);
    assert.ok(measured.deliverMs < 0.002);
  });

  it('FEED-7 a rate settles at what happens and fades when nothing does', () => {
    const rate = noRate(0);
    for (let day = 0; day < 60; day++) addToRate(rate, day * 86_400_000, 24);
    assert.ok(Math.abs(rateAt(rate, 60 * 86_400_000) * hourMs - 1) < 0.5);
    assert.ok(Math.abs(rateAt(rate, rate.atMs + halfLifeMs) / rate.perMs - 0.5) < 1e-9);
    addToRate(rate, 0);
    assert.ok(Number.isFinite(rate.perMs));
  });
});
