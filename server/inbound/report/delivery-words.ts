// Phrases by which servers report undelivered mail, in many languages. The patterns avoid backtracking, so that
// matching takes linear time.

const UNDELIVERED: readonly RegExp[] = [
  /\b(?:not|n't|never|un(?:able|successful\w*)|fail\w*|impossible|problems?|errors?|trouble)\b[^.]{0,60}\b(?:deliver(?:ed|y|able|ing)?|redeliver\w*)\b/i,
  /\bdeliver(?:y|ed|ing)?\b[^.]{0,60}\b(?:fail\w*|failure|not (?:be )?(?:possible|complete\w*|success\w*)|errors?|problems?|abort\w*|impossible|reject\w*|unsuccess\w*)/i,
  /\bundeliver\w*|\bnon-?deliver\w*|\b(?:returned|rejected|bounced|failed|undelivered) (?:mail|e-?mail|message|to sender)\b|\b(?:mail|message) (?:was |has been |is |being )?(?:returned|rejected|bounced|blocked|refused)\b|\breturn(?:ed|ing) (?:to you|message|your|mail|unopened)\b|\bfailure notice\b|\bmail (?:system )?(?:error|failure)\b|\bpermanent(?:ly)? (?:fatal )?(?:errors?|fail\w*)\b|\bfail\w* permanent/i,
  /\b(?:did|could|can|would|was|were) ?(?:not|n't)\b[^.]{0,40}\b(?:reach(?:ed)?|be sent|send|be processed|be transmitted|transmit\w*|be relayed|be accepted|accept\w*|be forwarded|be found)\b|\b(?:was|were|been) (?:automatically |permanently )?(?:rejected|refused|bounced)\b|\b(?:unable|failed|not possible) to (?:send|transmit|relay|forward|reach|process)\b|\bfailed (?:recipients?|addresse?s?)\b|\b(?:following|these|this|one or more) (?:e-?mail )?(?:address\w*|recipients?|users?)\b[^.]{0,60}\b(?:fail\w*|had|were not|could|unknown|not|undeliver\w*|reject\w*)/i,
  // These omit `\b`, which recognises ASCII letters only.
  /unzustellbar|nicht (?:zugestellt|zustellbar|ausgeliefert|(?:ü|ue)bermittelt|(?:ü|ue)berbracht|erreicht)|zustell\w*[^.]{0,40}(?:fehlgeschlagen|fehler|gescheitert|nicht m(?:ö|oe)glich|unm(?:ö|oe)glich)|konnte[^.]{0,60} nicht[^.]{0,40}(?:zugestellt|gesendet|ausgeliefert|werden)|abgewiesen|zur(?:ü|ue)ckgewiesen|unzustellbarkeit/i,
  /n'(?:a|ont) (?:pas )?(?:pu |pas pu )?(?:être )?[^.]{0,30}(?:remis|distribu|livr|délivr|achemin|transmis|envoy)|(?:é|e)chec[^.]{0,40}(?:remise|livraison|distribution|envoi|transmission)|non (?:remis|distribu|d(?:é|e)livr)|impossible (?:de|à) (?:remettre|distribuer|livrer|d(?:é|e)livrer|envoyer|transmettre)|retour(?:né)? à l'exp(?:é|e)diteur|non[- ]remise|avis de non/i,
  /no (?:se )?(?:ha |pudo |puede |fue |pudo ser |ha podido )?(?:ser |sido |podido )?(?:entreg|envi)\w*|no entregad|(?:error|fallo|falla|problema)[^.]{0,40}(?:entreg|env(?:í|i)o)|imposible entregar|devuelto al remitente|n(?:ã|a)o (?:p(?:ô|o)de|foi|pode|foi possível)[^.]{0,30}(?:entreg|envi)\w*|falha[^.]{0,40}(?:entreg|envio)|n(?:ã|a)o entregue|devolvida? ao remetente/i,
  /mancat[ao] (?:consegna|recapito)|(?:non|impossibile)[^.]{0,40}(?:recapitar|consegnar|recapitat|consegnat|inviat|spedit)\w*|errore[^.]{0,30}(?:consegna|recapito)|niet[^.]{0,60}(?:bezorgd|afgeleverd|besteld|afleveren|bezorgen)|onbestelbaar|(?:aflevering|bezorging)[^.]{0,40}mislukt|kon[^.]{0,40}niet worden/i,
  /nie (?:mo(?:ż|z)na|zosta(?:ł|l)[ao]?|uda(?:ł|l)o si(?:ę|e)|mog(?:ł|l)[ao]?)[^.]{0,40}(?:dor(?:ę|e)cz|dostarcz|wys(?:ł|l))|niedor(?:ę|e)cz|zwrot wiadomo|nelze doru|nebyl[ao]? (?:mo(?:ž|z)n(?:é|e) )?doru|nedoru(?:č|c)|kunde inte (?:levereras|skickas)|kunne ikke (?:leveres|sendes)|ikke leveret|inte leverer|ei voitu toimittaa|teslim edilemedi|iletilemedi|nem k(?:é|e)zbes|k(?:é|e)zbes(?:í|i)thetetlen|nu a putut fi livrat|δεν (?:ήταν δυνατή|μπόρεσε|παραδόθηκε)/i,
  /не (?:может быть|могло быть|было|был[аи]?|удалось|удается|удаётся|получилось)[^.]{0,40}(?:доставл|достав|отправ|передан)|недоставлен|невозможно доставить|ошибка (?:при )?доставк|доставка[^.]{0,40}(?:не удалась|невозможна|отклонена)|не доставлен|(?:письмо|сообщение)[^.]{0,40}(?:возвращ|отклонен)|не (?:вдалося|може бути)[^.]{0,30}достав/i,
  /(?:配信|配送|送信|配達|お届け)[^。]{0,20}(?:できません|出来ません|失敗|エラー|不能)|届(?:かな|けることができ|けられ)|配信不能|未配達|不達|退信|退回|无法(?:投递|送达|发送|传送)|無法(?:投遞|送達|傳送|寄送)|未能?(?:送达|送達|投递|投遞)|投(?:递|遞)失(?:败|敗)|(?:发送|發送|传送)失(?:败|敗)|배달(?:되지|할 수|하지)|전송(?:되지|할 수| 실패)|반송/,
];

/** True when a text reports that a message was not delivered. */
export function saysUndelivered(text: string): boolean {
  return UNDELIVERED.some((pattern) => pattern.test(text));
}

const GOES_ON =
  /\bwill (?:be (?:retried|re-?tried|attempted|tried)|continue|keep|try|retry|re-?attempt|make (?:further|more))\b|\b(?:still|currently) (?:being )?(?:re-?)?try(?:ing)?\b|\bstill (?:being )?(?:re)?tried\b|\bkeeps? (?:on )?trying\b|\b(?:delivery )?attempts? (?:will|continue)\b|\b(?:has|have|is|was|could) not (?:yet )?(?:been |be )?(?:yet )?delivered yet\b|\bnot yet (?:been )?delivered\b|\bwarning (?:message )?only\b|\b(?:not|n't) (?:need|have) to (?:resend|re-?send|do any)|\bno (?:further )?action (?:is )?(?:required|needed|necessary)|\bis a warning\b|\b(?:is|been|be|was) (?:being )?(?:temporarily )?(?:delayed|deferred)\b|\btemporarily undeliverable\b|\bdelivery (?:is )?delayed\b|wird weiter(?:hin)? versucht|weitere zustellversuche|noch nicht zugestellt|zustellung (?:ist |wird )?verz(?:ö|oe)gert|verz(?:ö|oe)gert sich|nouvelles? tentatives?|pas encore (?:été )?(?:remis|distribu|livr)|remise[^.]{0,20}(?:retard|diff(?:é|e)r)|se (?:volver(?:á|a)|seguir(?:á|a)) (?:a )?(?:intent|reintent)|todav(?:í|i)a no (?:se )?ha|(?:entrega|env(?:í|i)o) (?:se ha )?(?:retrasad|demorad|aplazad)|consegna (?:è )?(?:ritardata|in ritardo)|ritenter|попытки доставки (?:будут )?продолж|доставка (?:задерж|отлож)|まだ配信|再送(?:し|信)|延迟|稍后重试/i;
const GIVEN_UP =
  /\b(?:ha(?:s|ve)|'ve|'s|am|is|was) (?:now )?(?:given up|giving up|been (?:returned|removed from the queue))\b|\bgiving up (?:on|now|after)\b|\bgave up\b|\bno (?:more|further) (?:delivery )?(?:attempts|retries|tries)\b|\b(?:will|won't|wont|would) (?:not )?be (?:re)?tried (?:any|no) more\b|\b(?:will not|won't|not going to) (?:be )?(?:try|tried|retry|retried|attempt\w*|continue)\b|\bpermanent(?:ly)? (?:fatal )?(?:errors?|fail\w*)\b|\bfail\w* permanent|\bfatal errors?\b|\bdelivery (?:has )?failed\b|\bundeliverable mail\b|endg(?:ü|ue)ltig|wird nicht (?:erneut|weiter|mehr)/i;
const LATE_SUBJECT =
  /\bdelay(?:ed)?\b|^\s*(?:\W\s*)?warning\b|\bwarning:|\bdeferred\b|still (?:being )?(?:re)?tr|not yet|verz(?:ö|oe)ger|retard|en attente|demora|ritard|opóźn|задерж|延迟|遅延/i;

/** Clauses about what will happen if delivery fails later; they do not describe what has happened. */
const CONDITIONAL =
  /\b(?:if|when|until|unless|once|eventually|falls|wenn|sobald|bis|si|cuando|quando|se)\b[^.\n]{0,400}/gi;

/** True when a text says that delivery is delayed and will be retried. */
export function saysDelayed(text: string): boolean {
  return GOES_ON.test(text) && !saysGivenUp(text);
}

/** True when a subject warns of a delay; the text may still say that delivery has failed. */
export function warnsOfDelay(subject: string): boolean {
  return LATE_SUBJECT.test(subject);
}

/** True when a text says that delivery will not be retried. */
export function saysGivenUp(text: string): boolean {
  return GIVEN_UP.test(text.replace(CONDITIONAL, ""));
}

const STATUS_SUBJECT = /\bdelivery (?:status notification|report|failure report)\b/i;
const WORKED =
  /\bsuccess|\b(?:was|were|been|has) (?:\w+ )?(?:delivered|relayed|expanded)\b|\brelayed\b/i;

/** True for a status report that does not mention a successful delivery. */
export function isUnexplainedStatus(subject: string, text: string): boolean {
  return STATUS_SUBJECT.test(subject) && !WORKED.test(`${subject}\n${text}`);
}

const CONFIRM =
  /\bconfirm\b[^.]{0,60}\brepl(?:y|ying)\b|\b(?:confirm|verify|prove|authenticate|validate)\b[^.]{0,80}\b(?:you(?:rself)? (?:are|is)|your (?:e-?mail|message|address|identity)|sender|human|real person|not a (?:robot|spammer))\b|\b(?:click|reply|follow|visit|go to)\b[^.]{0,100}\b(?:to (?:have|get|let|complete|release|allow|ensure)|so that|in order)\b[^.]{0,80}\b(?:deliver\w*|message|mail|through)\b|\b(?:challenge[- ]response|boxbe|spam ?arrest|tmda|sendio|bluebottle|mail ?blocks|uol ?anti-?spam|vanquish)\b|\b(?:awaits?|awaiting|pending|held|holding|wait\w*) (?:for )?(?:your |moderator |the )?(?:confirmation|authori[sz]ation|approval|verification|moderat\w*|reply)|\bhas been quarantined\b|best(?:ä|ae)tigen sie|confirmez|confirme (?:su|que|seu)|подтвердите/i;

/** True when a filter asks the sender to confirm being a person, or holds the message. */
export function asksToConfirm(text: string): boolean {
  return CONFIRM.test(text);
}
