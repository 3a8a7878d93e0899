// Every text of the screens, in pairs: Chinese first, English always beside it.

const WORDS = {};
let language = document.documentElement.lang === 'en' ? 1 : 0;

/** Add texts: `{'wall.title': ['实时监看', 'Live wall']}`. `{name}` is replaced by values. */
export function addWords(pairs) {
  for (const [key, pair] of Object.entries(pairs)) {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`two languages for ${key}`);
    WORDS[key] = pair;
  }
}

/** The text in the language of the page. */
export function t(key, values = {}) {
  const pair = WORDS[key];
  if (!pair) return key;
  return pair[language].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** The text if there is one, else `otherwise`. */
export function tOr(key, otherwise) {
  return WORDS[key] ? t(key) : otherwise;
}

export const isChinese = () => language === 0;

/** Change the language and draw the page anew. */
export function speak(code) {
  localStorage.setItem('language', code);
  location.reload();
}

addWords({
  'app.name': ['通话合规监看', 'Call compliance monitor'],
  'nav.label': ['主导航', 'Main'],
  'nav.wall': ['监看', 'Live'],
  'nav.agent': ['坐席', 'Agent'],
  'nav.qa': ['质检', 'Quality'],
  'nav.rules': ['规则', 'Rules'],
  'nav.overview': ['概览', 'Overview'],
  'nav.skip': ['跳到正文', 'Skip to content'],
  'shell.theme': ['切换深浅色', 'Light or dark'],
  'shell.language': ['English', '中文'],
  'shell.leave': ['退出登录', 'Sign out'],
  'shell.noPage': ['{role}账号没有监看页面', '{role} accounts have no screens'],
  'shell.noPageText': ['请退出后用班长、坐席、质检或合规账号登录；账号管理与审计用命令行 monitor user、monitor audit。', 'Sign in as a supervisor, agent, quality or compliance user; accounts and audit are managed with monitor user and monitor audit.'],
  'shell.account': ['{name} · {role}', '{name} · {role}'],
  'role.supervisor': ['班长', 'Supervisor'],
  'role.agent': ['坐席', 'Agent'],
  'role.qa': ['质检', 'Quality'],
  'role.compliance': ['合规', 'Compliance'],
  'role.admin': ['管理员', 'Administrator'],
  'role.auditor': ['审计', 'Auditor'],
  'role.ingest': ['接入', 'Source'],
  'login.title': ['登录', 'Sign in'],
  'login.lead': ['每一秒通话都在听，有问题立刻知道。', 'Every second is heard. You know at once.'],
  'login.name': ['账号', 'Name'],
  'login.password': ['密码', 'Password'],
  'login.code': ['动态验证码（如已启用）', 'One-time code, if you use one'],
  'login.token': ['令牌', 'Token'],
  'login.tokenHint': ['以 cm_ 开头，由管理员发给您', 'Begins with cm_; your administrator gave it to you'],
  'login.first': ['首次使用', 'First start'],
  'login.firstHint': ['启动服务的终端里打印了一个一次性代码，请输入它。', 'The terminal that started the server printed a one-time code. Type it here.'],
  'login.firstCode': ['一次性代码', 'One-time code'],
  'login.byAccount': ['账号密码', 'Account'],
  'login.byToken': ['令牌', 'Token'],
  'login.byCode': ['首次使用', 'First start'],
  'login.how': ['登录方式', 'How to sign in'],
  'login.go': ['进入', 'Sign in'],
  'login.busy': ['正在登录…', 'Signing in…'],
  'login.wrong': ['登录信息不对，请检查后再试。', 'That was not right. Check it and try again.'],
  'login.many': ['尝试次数过多，请稍后再试。', 'Too many tries. Wait a little.'],
  'login.ended': ['登录已失效，请重新登录。', 'Your session ended. Sign in again.'],
  'error.offline': ['连不上服务器，请检查网络。', 'The server cannot be reached.'],
  'error.refused': ['您的账号没有这项权限。', 'Your account may not do this.'],
  'error.other': ['服务器没有完成这一步：{message}', 'The server did not do this: {message}'],
  'error.page': ['这一页没有加载成功', 'This page did not load'],
  'error.again': ['重试', 'Try again'],
  'state.loading': ['正在加载…', 'Loading…'],
  'undo': ['撤销', 'Undo'],
  'close': ['关闭', 'Close'],
  'cancel': ['取消', 'Cancel'],
  'send': ['发送', 'Send'],
  'approval.title': ['双人审批', 'Approvals'],
  'approval.need': ['需要第二个人同意', 'A second person has to agree'],
  'approval.why': ['{action}一个人不能单独完成。写明原因，另一位有同样权限的同事同意后，一天之内可以做一次。', '{action} is not for one person alone. Say why; when somebody with the same permission agrees, it can be done once within a day.'],
  'approval.reason': ['原因', 'Reason'],
  'approval.reasonHint': ['例如：11 月监管报送', 'For example: the regulator’s report of November'],
  'approval.ask': ['提交审批', 'Ask'],
  'approval.asked': ['已提交，等另一位同事同意', 'Asked; somebody else has to agree'],
  'approval.none': ['没有审批事项', 'Nothing was asked for'],
  'approval.by': ['{who} 申请于 {at}', 'asked by {who}, {at}'],
  'approval.decidedBy': ['由 {who} 决定', 'decided by {who}'],
  'approval.own': ['自己提的申请要由另一位同事决定', 'Somebody else decides about your own request'],
  'approval.agree': ['同意', 'Agree'],
  'approval.refuse': ['不同意', 'Refuse'],
  'approval.agreed': ['已同意', 'Agreed'],
  'approval.refused': ['已拒绝', 'Refused'],
  'approval.use': ['现在导出', 'Export now'],
  'approval.saved': ['已导出 {name}', 'Saved {name}'],
  'approval.state.open': ['待决定', 'Open'],
  'approval.state.agreed': ['已同意', 'Agreed'],
  'approval.state.refused': ['已拒绝', 'Refused'],
  'approval.state.used': ['已使用', 'Done'],
  'approval.calls.export': ['批量导出通话', 'Export of many calls'],
  'approval.recordings.export': ['导出录音', 'Export of a recording'],
  'approval.holds.release': ['解除保全', 'Release of a hold'],
  'approval.retention.shorten': ['缩短保存期限', 'Shorter retention'],
  'approval.persons.answer': ['答复个人请求', 'Answer to a person'],
  'approval.rules.publish': ['发布规则', 'Publishing of rules'],
  'error.sign_in': ['这一步要用账号登录，令牌不行', 'Sign in with an account for this; a token is not enough'],
  'error.own_request': ['自己提的申请要由另一位同事决定', 'Somebody else has to decide what you asked for'],
  'error.second_person': ['需要另一位同事先同意', 'A second person has to agree first'],
  'error.decided': ['别人已经决定过了', 'Somebody has decided this'],
  'severity.critical': ['严重', 'Critical'],
  'severity.high': ['高', 'High'],
  'severity.medium': ['中', 'Medium'],
  'severity.low': ['低', 'Low'],
  'channel.agent': ['坐席', 'Agent'],
  'channel.customer': ['客户', 'Customer'],
  'channel.unknown': ['未知', 'Unknown'],
  'industry.insurance': ['保险', 'Insurance'],
  'industry.wealth': ['理财', 'Wealth'],
  'industry.loan': ['贷款', 'Loans'],
  'industry.credit_card': ['信用卡', 'Cards'],
  'industry.collection': ['催收', 'Collection'],
  'industry.education': ['教育', 'Education'],
  'industry.health': ['医疗健康', 'Health'],
  'industry.telecom': ['通信', 'Telecom'],
  'industry.retail': ['零售', 'Retail'],
  'industry.property': ['房产', 'Property'],
  'industry.auto': ['汽车', 'Cars'],
  'industry.after_sales': ['售后', 'After sales'],
  'industry.other': ['通用', 'General'],
  'business.marketing': ['营销', 'Marketing'],
  'business.service': ['服务', 'Service'],
  'business.collection': ['催收', 'Collection'],
  'basis.law': ['法律', 'Law'],
  'basis.regulation': ['监管规定', 'Regulation'],
  'basis.standard': ['行业标准', 'Standard'],
  'basis.draft': ['征求意见稿', 'Draft'],
  'basis.house_policy': ['企业内控', 'House policy'],
  'basis.unverified': ['待核实', 'Unverified'],
  'match.exact': ['原词命中', 'Exact words'],
  'match.normalised': ['归一后命中', 'After folding'],
  'match.homophone': ['同音命中', 'Sounds the same'],
  'match.pattern': ['句式命中', 'Pattern'],
  'match.similar': ['语义相近', 'Similar meaning'],
  'match.state': ['通话状态', 'State of the call'],
  'item.company': ['公司', 'Company'],
  'item.identity': ['身份', 'Identity'],
  'item.purpose': ['来意', 'Purpose'],
});

addWords({
  'category.guaranteed_return': ['承诺保本保收益', 'Guaranteed return'],
  'category.absolute_claim': ['绝对化用语', 'Absolute claim'],
  'category.false_urgency': ['虚假紧迫', 'False urgency'],
  'category.misleading_comparison': ['误导性对比', 'Misleading comparison'],
  'category.impersonation': ['冒充他人或机关', 'Impersonation'],
  'category.threat_abuse': ['威胁或辱骂', 'Threat or abuse'],
  'category.improper_benefit': ['不当利诱', 'Improper benefit'],
  'category.privacy_violation': ['滥用个人信息', 'Misuse of personal data'],
  'category.pestering': ['拒绝后纠缠', 'Pestering after a refusal'],
  'category.loan_overpromise': ['贷款过度承诺', 'Overpromised loan'],
  'category.education_overpromise': ['培训效果承诺', 'Overpromised education'],
  'category.medical_claim': ['医疗功效承诺', 'Medical claim'],
  'category.concealment': ['教唆隐瞒', 'Concealment'],
  'category.disparagement': ['贬低同业', 'Disparagement'],
  'category.surrender_inducement': ['怂恿退保', 'Inducing surrender'],
  'category.illegal_solicitation': ['非法推介', 'Illegal solicitation'],
  'category.off_platform': ['引导私下交易', 'Off-platform dealing'],
  'category.service_taboo': ['服务禁语', 'Service taboo'],
  'category.missing_company': ['未告知公司', 'Company not named'],
  'category.missing_identity': ['未告知身份', 'Identity not given'],
  'category.missing_purpose': ['未告知来意', 'Purpose not stated'],
  'category.missing_price': ['未告知价格', 'Price not stated'],
  'category.missing_risk_disclosure': ['未提示风险', 'Risk not disclosed'],
  'category.missing_cooling_off': ['未告知犹豫期', 'Cooling-off not stated'],
  'category.missing_recording_notice': ['未告知录音', 'Recording not announced'],
  'category.missing_opt_out_notice': ['未告知退订方式', 'Opt-out not stated'],
  'category.missing_product_nature': ['未明示产品性质', 'Product nature not stated'],
  'category.missing_source_answer': ['未回答信息来源', 'Data source not answered'],
  'category.missing_promo_terms': ['未说明优惠条件', 'Promotion terms not stated'],
});
