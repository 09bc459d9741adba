import { randomInt } from 'node:crypto';

const adjectives =
  'amber,bold,brave,bright,calm,clever,cosmic,crisp,eager,early,fair,fast,gentle,glad,golden,grand,happy,honest,keen,kind,lively,lucid,lucky,mellow,merry,modest,neat,noble,patient,polite,proud,quick,quiet,rapid,ready,rosy,sharp,silent,silver,smooth,steady,sunny,swift,tidy,vivid,warm,wise,witty'.split(
    ',',
  );
const nouns =
  'acorn,badger,beacon,birch,bridge,canyon,cedar,cloud,comet,coral,crane,delta,ember,falcon,fern,finch,fjord,forest,garden,glacier,harbor,heron,island,juniper,lagoon,lantern,lark,maple,meadow,mesa,meteor,ocean,orchid,otter,panda,pebble,pine,prairie,raven,reef,river,robin,sparrow,spruce,summit,thistle,tulip,willow'.split(
    ',',
  );

/** A name for a version that was given none, in upstream's form: `swift_otter7`. */
export function randomVersionName(): string {
  return `${adjectives[randomInt(adjectives.length)]}_${nouns[randomInt(nouns.length)]}${randomInt(1, 10)}`;
}
