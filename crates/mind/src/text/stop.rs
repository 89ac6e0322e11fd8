//! Words that say nothing by themselves.
//!
//! They are compared after folding. Words of other languages are listed only
//! where they are no content word of English: French "son" must not hide a person's son.

const ENGLISH: &str = "a about above after again against all also am an and any are aren as at be because been before being \
below between both but by can cannot could couldn did didn do does doesn doing don down during each few for from \
further had hadn has hasn have haven having he her here hers herself him himself his how i if im in into is isn it \
its itself ive just let ll may me might mightn more most must mustn my myself need needn no nor not of off on once \
only or other ought our ours ourselves out over own re same shall shan she should shouldn so some such than that the \
their theirs them themselves then there these they this those through to too under until up upon us ve very was wasn \
we were weren what whats when where which while who whom whose why will with won would wouldn you your yours yourself \
yourselves";

const RUSSIAN: &str = "а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее \
если есть еще же за здесь и из или им их к как какая какие какой когда кто ли либо мне может моего моей мои мой моя мое мы на \
над надо наш не него нее нет ни них но ну о об однако он она они оно от по под при с со сам так также такой там те тем то того \
тоже той только том ты у уже хотя чего чей чем что чтобы чье чья эта эти это этот этого этой я меня тебя тебе себя мной нами нам нас вами ему ей ею ним ней нем них этом этим тому тогда сейчас \
очень самый свой свою своих свои своего себе почему зачем куда откуда каком каким какого который которая которое которые которого \
которую сколько кем ком чему моим моими моем моему моею можно нельзя нужно пока потому поэтому хочу мою твой твоя твои";

const ARABIC: &str = "في من على الى إلى عن مع هذا هذه ذلك تلك التي الذي هو هي هم انا أنا نحن انت أنت كان كانت يكون ما ماذا متى اين أين كيف \
لماذا هل لا لم لن ان أن إن او أو و ثم قد كل بعد قبل عند لدي لي له لها أي كم عندما هناك هنا أيضا جدا لأن لأنني لكن إذا أما بعض مثل حتى منذ خلال عندي عنده مني منه منها فيه فيها \
عليه عليها لنا لكم إليه إليها كنت كنا سوف ليس يا نعم التي اللذان الذين حيث وهو وهي فقط أنني أنه إنني الان";

const HINDI: &str = "का के की को में से पर और है हैं था थे थी हूँ हूं हो मैं मेरा मेरी मेरे मुझे तुम तुम्हारा आप आपका आपकी हम वह यह ये वे ने भी नहीं कि जो \
क्या कब कहाँ कहां कौन कैसे कैसा कैसी क्यों तो ही एक किस लिए तक था कर किसकी किसके किसका किसको किसने कितना कितनी कितने सा सी करना करती करता \
करते करने किया गई गए गया रहा रही रहे हुआ हुई हुए अब बहुत अपना अपनी अपने उस उसका उसकी उसके उसे उन्होंने वहाँ यहाँ साथ कुछ कोई फिर अभी मैंने हमने \
हूँगी होता होती इधर क्योंकि ताकि जब तब अगर मगर लेकिन जी मुझको इस उन";

const URDU: &str = "کا کے کی کو میں سے پر اور ہے ہیں تھا تھے تھی ہوں ہو میرا میری میرے مجھے تم آپ ہم وہ یہ نے بھی نہیں کہ جو کیا کب کہاں کون کیسے کیوں تو ہی ایک";

const GREEK: &str =
    "ο η το οι τα του της των τον την και να σε με για απο ειναι ηταν θα δεν μου σου που πως τι ποιος ποια ποιο ποτε";

const LATIN_OTHERS: &str = "el la los las un una unos unas lo del al que como cual cuando donde quien por para porque pero mi mis tu tus su \
sus yo ella ellos ellas nosotros es eres soy esta este esto estos estas fue fui ser muy mas ya si hay tiene tengo sobre \
le du et est c'est une je il elle nous vous ils elles mes ta sa ses leur notre votre qui quoi dans avec sur \
ne pas ce cette ces ou quand pourquoi quel quelle etait suis avez \
der das dem ein eine einen einem einer und oder ist sind wer wie wo wann warum ich du er sie wir ihr mein meine meinen \
meinem meiner dein deine sein ihre von zu zum zur im am auf aus bei nach fur uber nicht kein keine auch noch dass wenn \
haben welche welcher welches \
gli uno che chi di da nel nella dei delle mio mia miei sono dove quando perche anche piu \
uma do dos no nos em meu minha meus minhas seu sua voce eu ele ela qual onde quem nao \
het een ik jij hij wij zij mijn jouw niet wat waar wie hoe waarom";

/// All of them, as they are written.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    [ENGLISH, RUSSIAN, ARABIC, HINDI, URDU, GREEK, LATIN_OTHERS, FUNCTION_GRAMS]
        .into_iter()
        .flat_map(str::split_whitespace)
}

/// Chinese characters that only join others.
pub(super) fn is_function_character(c: char) -> bool {
    "的了是我你您他她它们們在有和也就都吗嗎呢吧啊呀这這那什么麼谁誰哪怎很".contains(c)
}

/// Japanese endings, particles and question words, Korean ones, and Chinese characters that ask: any sentence holds
/// them.
const FUNCTION_GRAMS: &str = "です ます した して ない から まで ので のは のが のに いる ある この その あの どこ なに なん いつ だれ ませ せん \
てい った って すか たい まし には では とは もの こと でし しょ うか んで だと けど する れて られ くれ たの いま ても でも そう よう とき たち さん ちゃ \
ゃん どん んな なぜ どう うし して いて んだ だっ った たり そし がら てる てき さい くだ ださ ださ たく たら ため れる せる める まっ うと うに もう ょう \
뭐야 뭐예 예요 에요 있어 입니 니다 습니 어요 아요 어디 언제 누구 는 은 을 를 이 가 에 を が は に の と も で へ や か ね よ な た て し い う る り れ ら \
何 誰 私 僕 俺 今 時 事 彼 一 方 中 前 後 上 下 每 次 去 到 會 会 要 不";
