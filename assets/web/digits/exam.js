// The test: every unseen digit is answered, part by part; the mark, the confusion matrix, the worst mistakes.

export const N_SHOWN = 24;

export function createExam(ask, network, show) {
  const empty = () => ({ labels: [], answers: [], sure: [], total: 0, cell: null, shown: [], images: null, isGrading: false });
  const exam = empty();
  let run = 0;

  const isRight = (i) => exam.labels[i] === exam.answers[i];
  const nRight = () => exam.labels.filter((_, i) => isRight(i)).length;
  const inCell = ([truth, answer]) => exam.labels.flatMap((label, i) => (label === truth && exam.answers[i] === answer ? [i] : []));
  const worst = () => exam.labels.flatMap((_, i) => (isRight(i) ? [] : [i])).sort((a, b) => exam.sure[b] - exam.sure[a]);

  function matrix() {
    const counts = Array.from({ length: 10 }, () => Array(10).fill(0));
    exam.labels.forEach((label, i) => { counts[label][exam.answers[i]] += 1; });
    return counts;
  }

  // `graded(reply)` hears each part's answer.
  async function grade(graded) {
    const mine = ++run;
    Object.assign(exam, empty(), { isGrading: true });
    show();
    do {
      const reply = await ask("grade", { ...network(), start: exam.labels.length });
      if (mine !== run) return;
      graded(reply);
      if (!reply || reply.noModel) break;
      exam.total = reply.total;
      for (const key of ["labels", "answers", "sure"]) exam[key].push(...reply[key]);
      if (!exam.shown.length) open(null); // the first papers, while the others are being marked
      show();
    } while (exam.labels.length < exam.total);
    exam.isGrading = false;
    open(exam.cell);
  }

  // Shows the digits of a cell; where it is null, the first papers while they are marked, and then the worst mistakes.
  async function open(cell) {
    exam.cell = cell;
    const places = cell ? inCell(cell) : exam.isGrading ? exam.labels.map((_, i) => i) : worst();
    exam.shown = places.slice(0, N_SHOWN);
    exam.images = null;
    show();
    if (!exam.shown.length) return;
    const mine = run;
    const wanted = exam.shown;
    const reply = await ask("pictures", { places: wanted });
    if (mine !== run || wanted !== exam.shown || !reply) return;
    exam.images = reply.images;
    show();
  }

  function stop() {
    run += 1;
    exam.isGrading = false;
  }

  return { exam, grade, open, stop, nRight, matrix };
}
