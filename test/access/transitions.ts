/** Every transition a machine has, under a name a person can find in its source. What takes them is timed-machine.ts's. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { getStateNodes } from 'xstate/graph';
