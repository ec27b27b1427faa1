import { json } from 'node:stream/consumers';
import { claimFolder, type FolderLock } from '@tinyobs/storage';
import type { ConfigInput } from '../config/schema.js';
import { engineListener } from '../handover/engineSocket.js';
import type { Request, Response } from '../http/exchange.js';
import { errorAnswer, GONE, type WriteAnswer } from '../ingest/hostWrites.js';
import type { LocalTinyObs } from '../options.js';
import { outcomeOf } from '../thread/calls.js';
import { OwnerDoor } from './ownerDoor.js';
import type { OwnerPlace } from './ownerPlace.js';
import { JOIN, ownerAway, RELOAD, type Seat, type SeatParts, type Welcome } from './seat.js';

export interface OwnerParts extends SeatParts {
  /** Starts TinyObs in this process. */
  readonly start: () => Promise<LocalTinyObs>;
}

/**
 * Makes this process the owner, unless another is. It listens before the store is open, so that the others know whom
 * to wait for.
 *
 * @returns undefined while another process is the owner
 * @throws TinyObsError `listen_failed`, and those of `start`
 */
export async function becomeOwner(place: OwnerPlace, parts: OwnerParts): Promise<Seat | undefined> {
  const claim = await claimFolder(place.claim);
  if (!claim) return undefined;
  const door = new OwnerDoor();
  try {
    await door.open(place.socketPath);
    return ownerSeat({ claim, door, local: await parts.start() }, parts);
  } catch (error) {
    await door.close();
    door.cut();
    await claim.release();
    throw error;
  }
}

interface Owned {
  readonly claim: FolderLock;
  readonly door: OwnerDoor;
  readonly local: LocalTinyObs;
}

function ownerSeat(owned: Owned, { onConfigured }: SeatParts): Seat {
  const { door, local } = owned;
  const { paths, isKeyRequired, live } = local;
  // What is closed here goes on elsewhere.
  const write = async (body: Uint8Array): Promise<WriteAnswer> => {
    const answer = await local.write(body);
    return answer.status === GONE ? errorAnswer(ownerAway()) : answer;
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= giveUp(owned);
    return closed;
  };
  live.onChange(() => {
    onConfigured(live.given);
    door.tell({ given: live.given });
  });
  const welcome: Welcome = { paths, isKeyRequired };
  const routes = {
    [JOIN]: (_request: Request, response: Response) => door.welcome(response, welcome),
    [RELOAD]: (request: Request, response: Response) => void reload(request, response, local),
  };
  door.admit(engineListener({ handler: local.handler, write, routes }));
  return {
    role: 'owner',
    app: local.handler,
    paths,
    isKeyRequired,
    write,
    reload: (input) => local.reload(input),
    // Why its thread has ended is in the log already.
    ended: (local.ended ?? new Promise(() => undefined)).then(() => close().catch(() => undefined)),
    close,
  };
}

/** In an order that lets nobody else have the folder before the store is closed, and no answer be lost. */
async function giveUp({ claim, door, local }: Owned): Promise<void> {
  await door.close();
  try {
    await local.close();
  } finally {
    door.cut();
    await claim.release();
  }
}

async function reload(request: Request, response: Response, local: LocalTinyObs): Promise<void> {
  const outcome = await outcomeOf(async () => {
    const { input } = (await json(request)) as { input?: ConfigInput };
    return local.reload(input);
  });
  response.end(JSON.stringify(outcome));
}
