/**
 * The style of a page: system fonts, light and dark by what the reader's system prefers, and rows of tables as
 * paragraphs on a phone.
 */
export const PAGE_STYLE = `:root{color-scheme:light dark;--line:light-dark(#d9dde3,#3a4048);--soft:light-dark(#5b6570,#9aa5b1);--ok:light-dark(#116632,#6fd08c);--bad:light-dark(#a8200d,#ff9d8a);--fill:light-dark(#f5f7f9,#1d2126);--bar:light-dark(#2f6fb2,#7cb7f0);--page:light-dark(#fff,#14171a)}
body{margin:0 auto;max-width:80rem;padding:1rem 1.25rem 3rem;font:15px/1.5 system-ui,sans-serif;background:var(--page);overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:.5rem 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1.25rem 0 .4rem}
.charts{display:flex;flex-wrap:wrap;gap:1rem 2rem;margin-bottom:1rem}.charts figure{flex:1 1 24rem;max-width:38rem;margin:0;min-width:0}figcaption{color:var(--soft)}
.chart{display:block;width:100%;height:auto;overflow:visible;color:var(--bar)}.chart text{fill:var(--soft);font-size:12px;white-space:pre}
p,ul{margin:.25rem 0}.soft{color:var(--soft)}code,bdi{font-family:ui-monospace,monospace;font-size:.92em}
.totals{display:flex;flex-wrap:wrap;gap:.75rem;padding:0;list-style:none;margin:.75rem 0}
.totals li{border:1px solid var(--line);border-radius:.5rem;background:var(--fill);padding:.5rem .9rem;min-width:6rem}
.totals b{display:block;font-size:1.4rem;line-height:1.25;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:.5rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>*{border-bottom:0}thead th{background:var(--fill);position:sticky;top:0;overflow-wrap:normal;vertical-align:bottom}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}td{overflow-wrap:normal}
td:has(meter){white-space:nowrap}.ok{color:var(--ok)}.bad{color:var(--bad);font-weight:600}meter{width:6rem;vertical-align:middle}
details{border-bottom:1px solid var(--line);padding:.35rem 0}summary{cursor:pointer}details ul{margin:.25rem 0 .5rem}
.was li:first-child{color:var(--bad)}.was li:last-child{color:var(--ok)}.names{columns:18rem;list-style:none;padding:0}summary b{font-weight:600}
.tools{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin:1.5rem 0 .5rem}.tools[hidden]{display:none}
input,select{font:inherit;padding:.3rem .5rem;border:1px solid var(--line);border-radius:.375rem;background:var(--page);color:inherit;max-width:100%}
@media(max-width:40rem){body{padding:.5rem .75rem 2rem}table{font-size:14px;line-height:1.4}td:first-child{overflow-wrap:anywhere;min-width:6.5rem}thead th{overflow-wrap:anywhere;min-width:3.5rem}.chart text{font-size:17px}.charts figure{flex-basis:100%}th,td{padding:.25rem .3rem}meter,.bar{display:none}
.rows thead{position:absolute;clip-path:inset(50%)}.rows tr:not([hidden]){display:flex;flex-wrap:wrap;gap:0 .9rem;padding:.3rem .4rem;border-bottom:1px solid var(--line)}.rows tr:last-child{border-bottom:0}.rows td,.rows td.n{padding:0;border:0;text-align:left;overflow-wrap:anywhere}.rows td:first-child{flex-basis:100%}.rows td.bar,.rows td:empty{display:none}.rows td[data-head]::before{content:attr(data-head)" ";color:var(--soft);font-weight:400}}
@media print{.tools{display:none!important}.wide{overflow:visible;border:0}thead th{position:static}body{max-width:none;font-size:11px}}`;

/** Filter and search over the rows and failures that are there anyway; without it they are all shown. */
export const PAGE_SCRIPT = `{const d=document,t=d.querySelector(".tools");if(t){t.hidden=false;
const s=d.querySelector("#search"),f=d.querySelector("#only"),c=d.querySelector("#shown"),rows=[...d.querySelectorAll("[data-name]")];
const run=()=>{const q=s.value.toLowerCase();let n=0;for(const r of rows){const on=r.dataset.name.includes(q)&&(f.value==="all"||r.dataset.state===f.value);r.hidden=!on;if(on&&r.tagName===c.dataset.of)n++}c.textContent=n.toLocaleString("en-US")+" shown"};
s.addEventListener("input",run);f.addEventListener("change",run);run()}}`;

/** SHA-256 of the style in Base64, for the page's policy. A test compares it. */
export const STYLE_HASH = "8jbvm3Y5nBRg08eeAmu/Yk29P14HBg48dEiuE9uaoFc=";
/** SHA-256 of the script in Base64, for the page's policy. A test compares it. */
export const SCRIPT_HASH = "/2hL7k7ta4O975NO+wsmNurvtq79VOO8eeerwxAcukU=";
